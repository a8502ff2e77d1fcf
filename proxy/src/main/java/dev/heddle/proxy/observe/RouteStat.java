package dev.heddle.proxy.observe;

/// Where the requests of some routes are counted, `vhost.<virtual host>.route.<prefix>.`
///
/// @param prefix of all routes that are counted together; not empty
public record RouteStat(String virtualHost, String prefix) {}
