@NullMarked
package dev.heddle.proxy.filter.extauthz;

import org.jspecify.annotations.NullMarked;
