/// A client's connection: its codec, its exchanges, its time limits, and what a proxy tells those
/// on either side about the other.
@NullMarked
package dev.heddle.proxy.connection;

import org.jspecify.annotations.NullMarked;
