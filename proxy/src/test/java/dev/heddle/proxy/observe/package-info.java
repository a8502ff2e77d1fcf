@NullMarked
package dev.heddle.proxy.observe;

import org.jspecify.annotations.NullMarked;
