/// Tests of decisions that routes make.
@NullMarked
package dev.heddle.proxy.route;

import org.jspecify.annotations.NullMarked;
