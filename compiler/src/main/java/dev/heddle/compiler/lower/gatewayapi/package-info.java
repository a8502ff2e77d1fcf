/// Lowers Gateways of the Gateway API, and routes that are attached to them or to services.
///
/// [dev.heddle.compiler.attach] says which routes are where, and who answers; here they become
/// filter chains, route tables and routes. Rules of all routes of a host are one list in the order
/// of their precedence ([dev.heddle.compiler.lower.gatewayapi.Rank]), and of listeners of a port
/// each has the hosts that it is the most specific for.
@NullMarked
package dev.heddle.compiler.lower.gatewayapi;

import org.jspecify.annotations.NullMarked;
