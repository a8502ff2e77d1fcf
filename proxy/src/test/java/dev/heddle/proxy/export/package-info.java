@NullMarked
package dev.heddle.proxy.export;

import org.jspecify.annotations.NullMarked;
