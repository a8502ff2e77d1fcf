package dev.heddle.proxy.tracing;

/// Which requests are told of (`client_sampling`, `random_sampling`, `overall_sampling`).
///
/// @param client of those whose client asks for it (`x-client-trace-id`)
/// @param random of all
/// @param overall of those that the other two chose
public record Shares(Share client, Share random, Share overall) {
    /// Envoy's defaults.
    public static final Shares ALL = new Shares(Share.ALL, Share.ALL, Share.ALL);
}
