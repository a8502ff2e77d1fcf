/// Protobuf's wire format, read where it lies.
///
/// The control plane works with protobuf's generated classes; a proxy cannot afford them. They and
/// the library behind them cost a sidecar some 35 MB, most of it for what no configuration ever
/// sets. Here a [Message] is a range of bytes with an index of its fields, and a class of a type
/// adds nothing but names to it; those classes are made from the same `.proto` files.
@NullMarked
package dev.heddle.xds.wire;

import org.jspecify.annotations.NullMarked;
