/// Values as JSON has them (texts, numbers, truth values, lists, maps and null), to and from
/// `google.protobuf.Struct`.
@NullMarked
package dev.heddle.proxy.struct;

import org.jspecify.annotations.NullMarked;
