package dev.heddle.control.push;

import dev.heddle.compiler.world.ProxyScope;

/// Which proxies get the same.
///
/// @param isTrial whether that is what some have before it is in force
record Group(ProxyScope scope, boolean isTrial) {}
