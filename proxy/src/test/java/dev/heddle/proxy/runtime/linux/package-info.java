/// Linux as the proxy calls it.
@NullMarked
package dev.heddle.proxy.runtime.linux;

import org.jspecify.annotations.NullMarked;
