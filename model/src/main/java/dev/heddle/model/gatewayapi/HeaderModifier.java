package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;

/// What becomes of the headers of a request or of a response.
///
/// @param set headers that replace those of their names
/// @param add headers that are added to those of their names
/// @param remove names
public record HeaderModifier(List<Header> set, List<Header> add, List<String> remove) {
    public HeaderModifier {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    /// A header.
    public record Header(@Required String name, @Required String value) {}
}
