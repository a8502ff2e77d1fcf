/// gRPC-Web (`doc/PROTOCOL-WEB.md` of gRPC): what browsers, which cannot read trailers, say in the
/// place of gRPC.
///
/// [GrpcWebFilter] edits the heads; the two sinks beside it change the bodies on their way, piece
/// by piece, so that streams stay streams.
@NullMarked
package dev.heddle.proxy.filter.grpcweb;

import org.jspecify.annotations.NullMarked;
