/// The xDS protocol as state machines: events in, effects out.
///
/// A server's stream is a [ServerStream], of which there is one for each of the two protocols; a
/// client's is a [DeltaClientStream]. None of them sends, waits or reads a clock: whoever owns a
/// stream (a gRPC binding, a simulation) hands in what happened and carries out the effects, one
/// call at a time.
///
/// # What goes out when
///
/// A server's stream keeps no queue of changes. It knows the newest snapshot and what the client
/// was offered; what it owes is the difference. So a snapshot that comes while another is on its
/// way just replaces it, and memory is bounded by what the client has.
///
/// At most one response of each type is on its way. Clusters, endpoints and secrets go out as soon
/// as that allows, in that order. Listeners and routes wait until the clusters were answered and
/// until endpoints and secrets that the client sees for the first time were: Envoy answers a CDS
/// response only when its clusters are warm, so no route reaches it before the cluster behind it
/// can take requests. Endpoints never wait for clusters to be answered, since that answer waits for
/// them. Removals come last, users before what they use: listeners, routes, clusters, endpoints,
/// secrets, each after everything before was answered. A NACK is an answer.
///
/// What was rejected counts as offered: it is not sent again until it changes.
@NullMarked
package dev.heddle.xds.protocol;

import org.jspecify.annotations.NullMarked;
