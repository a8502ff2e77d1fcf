/// What operators wish of single proxies while these run: how much they log, and that they drain.
@NullMarked
package dev.heddle.control.order;

import org.jspecify.annotations.NullMarked;
