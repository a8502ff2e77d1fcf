@NullMarked
package dev.heddle.proxy.logservice;

import org.jspecify.annotations.NullMarked;
