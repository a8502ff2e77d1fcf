@NullMarked
package dev.heddle.proxy.quic;

import org.jspecify.annotations.NullMarked;
