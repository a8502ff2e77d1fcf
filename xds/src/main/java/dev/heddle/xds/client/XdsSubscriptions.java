package dev.heddle.xds.client;

import dev.heddle.xds.XdsType;
import java.util.Set;

/// Where a proxy says what it wants to hear of: an [XdsClient], or a connection in memory.
public interface XdsSubscriptions {

    /// Replaces the names subscribed to for one type; `*` stands for every resource of it. What is
    /// no longer subscribed to is forgotten without a call of the subscriber. Callable from any
    /// thread, also before there is a connection.
    void subscribe(XdsType type, Set<String> names);
}
