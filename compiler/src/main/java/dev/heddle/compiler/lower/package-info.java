/// Puts a proxy's plan together: its listeners, and for each of them the route tables and clusters.
///
/// A sidecar whose traffic is redirected gets Istio's listeners (`virtualOutbound`,
/// `virtualInbound` and one for each port of a service, without a socket of its own). A sidecar
/// that is called by address gets an HTTP proxy listener, whose one route table `http_proxy` knows
/// every HTTP service by `host:port`, and one listener for each port that its workload serves. A
/// gateway gets a listener for each port of the Gateways that select it.
@NullMarked
package dev.heddle.compiler.lower;

import org.jspecify.annotations.NullMarked;
