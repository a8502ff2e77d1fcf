/// The conformance suite of the Kubernetes Gateway API (`gateway-api-conformance`), with real
/// sockets: the suite's manifests, echo servers in place of its Deployments, and its requests
/// through stock Envoy and through our proxy.
///
/// [dev.heddle.e2e.gatewayapi.Suite] is what the suite says, [dev.heddle.e2e.gatewayapi.Cluster]
/// what it applies, and [dev.heddle.e2e.gatewayapi.Rig] the proxies that it calls.
@NullMarked
package dev.heddle.e2e.gatewayapi;

import org.jspecify.annotations.NullMarked;
