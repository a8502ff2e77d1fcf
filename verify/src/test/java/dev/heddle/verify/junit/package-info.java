@NullMarked
package dev.heddle.verify.junit;

import org.jspecify.annotations.NullMarked;
