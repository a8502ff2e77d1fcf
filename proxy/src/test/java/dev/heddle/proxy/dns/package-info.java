/// Tests of questions for names and their answers.
@NullMarked
package dev.heddle.proxy.dns;

import org.jspecify.annotations.NullMarked;
