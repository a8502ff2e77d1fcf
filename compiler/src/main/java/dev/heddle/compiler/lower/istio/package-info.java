/// Lowers Istio's networking resources into the intermediate representation: what a
/// VirtualService's rules mean for one place in the mesh, and what a DestinationRule makes of a
/// service's clusters.
///
/// What is wrong with a resource is said by `dev.heddle.compiler.check`, for the whole world and
/// once; here the parts that cannot work are left out, so that one bad rule never costs a proxy the
/// rest of its configuration.
@NullMarked
package dev.heddle.compiler.lower.istio;

import org.jspecify.annotations.NullMarked;
