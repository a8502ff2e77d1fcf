/// The kinds of the Kubernetes Gateway API (v1.6), with the names and types of its CRDs.
///
/// The CRDs are Kubernetes': an absent field has the default that its CRD says. Where that default
/// is not Java's own (the first constant, `""`, `0`, nothing), the component is an `Optional` and a
/// method of the record gives the value in force, as [BackendRef#weightOrOne]. What is experimental
/// upstream is here without a difference.
@NullMarked
package dev.heddle.model.gatewayapi;

import org.jspecify.annotations.NullMarked;
