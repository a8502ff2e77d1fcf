package dev.heddle.proxy.filter;

/// A filter in a chain: its name there, its kind and its configuration.
///
/// @param name by which routes may override the configuration
public record FilterSpec<C>(String name, HttpFilterType<C> type, C config) {
    HttpFilter create(FilterContext context) {
        return type.create(config, context);
    }
}
