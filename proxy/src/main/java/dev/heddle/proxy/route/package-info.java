/// Which route a request takes, and what the route does to it.
///
/// A [RouteTable] is compiled from a route configuration once, is immutable and shared by all
/// workers. This package decides; carrying the decision out is the business of `proxy.router`.
@NullMarked
package dev.heddle.proxy.route;

import org.jspecify.annotations.NullMarked;
