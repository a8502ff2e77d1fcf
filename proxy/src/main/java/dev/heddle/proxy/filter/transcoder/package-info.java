/// JSON over HTTP for services that speak gRPC (`google/api/http.proto`), as Envoy's filter
/// `envoy.filters.http.grpc_json_transcoder` has it.
///
/// The services are described by descriptors that arrive with the configuration. They are read into
/// [Types] and, by the rules of `google.api.http`, into [PathRules]; both are immutable and shared.
/// A request's JSON goes through [JsonReader], [Prefixed], [Woven] and [MessageBuilder] and comes
/// out as a message; each takes the events of the one before. An answer's messages are printed by
/// [JsonPrinter]. [TranscoderFilter] edits the heads, and the two bodies beside it hold what is on
/// its way.
///
/// Texts are strings of bytes here: each character is a byte of UTF-8, so that what is no UTF-8
/// stays what it was, and an error shows the same twenty bytes of context that Envoy's shows.
@NullMarked
package dev.heddle.proxy.filter.transcoder;

import org.jspecify.annotations.NullMarked;
