/// The wire format, one byte at a time.
@NullMarked
package dev.heddle.proxy.http;

import org.jspecify.annotations.NullMarked;
