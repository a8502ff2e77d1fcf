/// Header compression for HTTP/2 (RFC 7541), on byte arrays, without an object per field.
///
/// [HpackDecoder] turns a complete header block into `name: value CRLF` lines, the form in which
/// HTTP/1 writes them and in which the proxy keeps every head, and tells a [FieldSink] where each
/// field lies. [HpackEncoder] does the reverse. Both work in the [Scratch] of their worker, so an
/// idle connection holds no more than its two [DynamicTable]s.
///
/// What a name means to HTTP is found once, when it enters a table, and kept there as its
/// [FieldKind]: the next request that refers to it pays nothing.
@NullMarked
package dev.heddle.proxy.http2.hpack;

import org.jspecify.annotations.NullMarked;
