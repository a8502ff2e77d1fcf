/// How a record says what its YAML looks like.
///
/// The record of a kind is its schema: component names are field names, component types are value
/// types. An absent field is `Optional.empty()`, an empty list or mapping, `""`, `0`, `false`, the
/// first constant of an enum, or a record of absent fields; so protocol buffers have it, from which
/// these APIs come. A sealed interface is a one-of: each permitted record stands for the key that
/// its only component is named after. The annotations of this package say the rest.
@NullMarked
package dev.heddle.model.schema;

import org.jspecify.annotations.NullMarked;
