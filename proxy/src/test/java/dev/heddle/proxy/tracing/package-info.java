@NullMarked
package dev.heddle.proxy.tracing;

import org.jspecify.annotations.NullMarked;
