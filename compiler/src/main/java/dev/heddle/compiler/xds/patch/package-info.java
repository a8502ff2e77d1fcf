/// EnvoyFilters: a user's own changes to what proxies are told.
///
/// They are made last, on the messages that were emitted, in Istio's order and by its rules of what
/// is merged and where things are inserted. What a patch touched is known afterwards ([Touch]), and
/// a patch that touches nothing, or cannot be made, is a finding.
@NullMarked
package dev.heddle.compiler.xds.patch;

import org.jspecify.annotations.NullMarked;
