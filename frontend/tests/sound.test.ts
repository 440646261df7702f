// What the caller says arrives at 24 kHz without seams, and what the agent says is heard without gaps.

import { describe, expect, test } from "vitest";

import { FRAME_SAMPLES, Framer, samplesOf } from "../src/sound/frames";
import { PlaybackQueue } from "../src/sound/playback_queue";
import { Resampler } from "../src/sound/resampler";

const QUANTUM = 128; // samples that an audio worklet is given at once

describe("resampling", () => {
  test.each([48_000, 44_100, 96_000, 24_000, 16_000])("a tone at %i Hz keeps its pitch and its level", (rate) => {
    const heard = resampled(tone(1_000, rate, 1), rate);

    const ideal = tone(1_000, 24_000, 1);
    const delay = bestDelay(heard, ideal);
    expect(errorOf(heard, ideal, delay)).toBeLessThan(0.003);
  });

  test.each([48_000, 44_100])("from %i Hz a second is a second", (rate) => {
    const heard = resampled(tone(1_000, rate, 10), rate);

    expect(Math.abs(heard.length - 240_000)).toBeLessThan(64);
  });

  test("what is too high for the wire is not folded into the voice", () => {
    const heard = resampled(tone(15_000, 48_000, 1), 48_000);

    expect(level(heard.subarray(1_000, 20_000))).toBeLessThan(0.001);
  });

  test("the size of the pieces makes no difference", () => {
    const said = tone(440, 44_100, 0.5);

    expect(resampled(said, 44_100, 128)).toEqual(resampled(said, 44_100, 1_024));
  });
});

describe("framing", () => {
  test("a frame is 20 ms, and the rest waits for the next one", () => {
    const framer = new Framer();

    const sizes = [500, 400, 70].map((samples) => framer.take(new Float32Array(samples)).length);

    expect(FRAME_SAMPLES).toBe(480);
    expect(sizes).toEqual([1, 0, 1]);
  });

  test("samples are little-endian, and what is too loud is as loud as can be", () => {
    const samples = new Float32Array(480);
    samples.set([0.5, -0.5, 2, -2]);

    const [frame] = new Framer().take(samples);

    expect([...new Uint8Array(frame as ArrayBuffer, 0, 8)]).toEqual([0x00, 0x40, 0x00, 0xc0, 0xff, 0x7f, 0x00, 0x80]);
  });

  test("what is sent is what is heard", () => {
    const [frame] = new Framer().take(Float32Array.from({ length: 480 }, (_, index) => index / 480));

    expect(samplesOf(frame as ArrayBuffer)[240]).toBeCloseTo(0.5, 4);
  });
});

describe("playing", () => {
  test("begins with 60 ms in hand, and then has no gap", () => {
    const queue = new PlaybackQueue(24_000);
    queue.push(ones(480));

    expect(fill(queue)).toEqual([false, 0]);
    queue.push(ones(480));
    queue.push(ones(480));
    const heard = Array.from({ length: 11 }, () => fill(queue));

    expect(heard).toEqual(Array.from({ length: 11 }, () => [true, QUANTUM]));
  });

  test("a last word shorter than that is heard too", () => {
    const queue = new PlaybackQueue(24_000);
    queue.push(ones(200));

    const heard = Array.from({ length: 20 }, () => fill(queue)[1]);

    expect(heard.reduce((sum, samples) => sum + samples, 0)).toBe(200);
  });

  test("an interruption silences at once", () => {
    const queue = new PlaybackQueue(24_000);
    queue.push(ones(24_000));
    fill(queue);

    queue.clear();

    expect(fill(queue)).toEqual([false, 0]);
  });

  test("silence is silence, not what was there before", () => {
    const out = ones(QUANTUM);

    new PlaybackQueue(24_000).fill(out);

    expect(level(out)).toBe(0);
  });
});

/** Whether anything was said, and how many samples of it. */
function fill(queue: PlaybackQueue): [boolean, number] {
  const out = new Float32Array(QUANTUM);
  const said = queue.fill(out);
  return [said, out.filter((sample) => sample !== 0).length];
}

function ones(length: number): Float32Array {
  return new Float32Array(length).fill(1);
}

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / rate));
}

function resampled(said: Float32Array, rate: number, size = QUANTUM): Float32Array {
  const resampler = new Resampler(rate, 24_000);
  const heard: number[] = [];
  for (let index = 0; index < said.length; index += size) {
    heard.push(...resampler.take(said.subarray(index, index + size)));
  }
  return Float32Array.from(heard);
}

function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function bestDelay(heard: Float32Array, ideal: Float32Array): number {
  const delays = Array.from({ length: 24 }, (_, delay) => delay);
  return delays.reduce((best, delay) => (errorOf(heard, ideal, delay) < errorOf(heard, ideal, best) ? delay : best));
}

function errorOf(heard: Float32Array, ideal: Float32Array, delay: number): number {
  return level(ideal.subarray(1_000, 20_000).map((sample, index) => sample - (heard[1_000 + index + delay] ?? 0)));
}
