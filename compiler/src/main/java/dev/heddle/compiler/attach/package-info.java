/// What the Gateway API's resources of a world come to: which Gateways are ours, what their
/// listeners are, which routes are attached to them and to services, whom these send requests to,
/// and what is wrong with all that.
///
/// [dev.heddle.compiler.attach.GatewayApi] is the door: it is made once for each world, by
/// [dev.heddle.compiler.select.MeshIndex], and stays the same object while none of the resources
/// changes that it reads. Nothing here knows Envoy. The lowering takes
/// [dev.heddle.compiler.attach.AttachedGateway] and [dev.heddle.compiler.attach.MeshRoutes]; the
/// status is written from the [dev.heddle.compiler.attach.Condition]s beside them.
@NullMarked
package dev.heddle.compiler.attach;

import org.jspecify.annotations.NullMarked;
