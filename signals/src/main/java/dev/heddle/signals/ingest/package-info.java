/// Takes what proxies tell over gRPC, as OTLP and as Envoy's access log service, and makes records
/// of it. The third place, beside `xds` and the proxy's parsers, that knows Envoy's messages.
///
/// Whoever has proved who he is tells of himself only: of the namespace, and where it is said the
/// service account, that his certificate names.
@NullMarked
package dev.heddle.signals.ingest;

import org.jspecify.annotations.NullMarked;
