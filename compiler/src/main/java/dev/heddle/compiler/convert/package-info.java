/// Turns Istio's Gateways and VirtualServices, and Ingresses, into resources of the Gateway API.
///
/// [dev.heddle.compiler.convert.Conversion] is a pure function of a world. What loses nothing is
/// carried over; of everything else it says where it stands, why it cannot be carried over and what
/// to do, and carries over what is nearest to it. The Gateway API orders rules by what they match,
/// not by where they stand: [dev.heddle.compiler.convert.Precedence] sees to it that the same rule
/// decides as before, or says that it does not.
@NullMarked
package dev.heddle.compiler.convert;

import org.jspecify.annotations.NullMarked;
