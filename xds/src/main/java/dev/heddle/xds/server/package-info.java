/// The control plane's side of xDS over gRPC.
///
/// [XdsServer] is a thin binding around the engines in `dev.heddle.xds.protocol`: it learns who
/// connects, and an [XdsHandler] pushes snapshots into the [XdsStream]s.
@NullMarked
package dev.heddle.xds.server;

import org.jspecify.annotations.NullMarked;
