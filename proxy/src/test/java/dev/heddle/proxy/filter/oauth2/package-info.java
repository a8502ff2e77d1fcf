@NullMarked
package dev.heddle.proxy.filter.oauth2;

import org.jspecify.annotations.NullMarked;
