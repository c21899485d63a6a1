"""What networks are fed: the table, the words and the sounds are what the chapter says."""

import numpy as np
import pytest

from dnnbook import inputs, seeds


def test_the_table_has_its_columns_in_plausible_units():
    features, target = inputs.load_table()
    assert features.shape == (442, len(inputs.COLUMNS))
    assert target.shape == (442,)
    column = dict(zip(inputs.COLUMNS, features.T, strict=True))
    assert set(column["sex"]) == {1, 2}
    assert 18 <= column["age"].min() <= column["age"].max() < 100
    ratio = column["cholesterol"] / column["HDL"]
    assert np.median(np.abs(ratio - column["cholesterol / HDL"])) < 0.5  # rounded
    assert np.all(column["LDL"] < column["cholesterol"])
    triglycerides = np.exp(column["log triglycerides"])
    assert 50 < np.median(triglycerides) < 200


def test_the_two_sentences_hold_the_same_numbers_in_another_order():
    numbers = inputs.number_words(*inputs.SENTENCES)
    assert numbers == {"bit": 0, "dog": 1, "man": 2, "the": 3}
    first, second = ([numbers[token] for token in words] for words in inputs.SENTENCES)
    assert sorted(first) == sorted(second)
    assert first != second


@pytest.mark.parametrize("frequency", [300, 1000, 3000])
def test_a_resonator_is_loudest_at_its_frequency(frequency):
    click = np.zeros(inputs.RATE)
    click[0] = 1
    answer = inputs.resonate(click, frequency, width=40)
    assert answer[:2] == pytest.approx(
        [1, 2 * np.exp(-np.pi * 40 / 8000) * np.cos(2 * np.pi * frequency / 8000)]
    )
    size = np.abs(np.fft.rfft(answer))  # one bin a hertz
    assert abs(int(size.argmax()) - frequency) < 5
    half_power = np.flatnonzero(size > size.max() / 2**0.5)
    assert np.ptp(half_power) == pytest.approx(40, abs=3)


@pytest.mark.parametrize("vowel", inputs.FORMANTS)
def test_a_vowel_repeats_at_its_pitch_and_is_loud_at_its_formants(vowel):
    sound = inputs.speak(vowel, 1.0, seeds.generator("vowel"))
    assert sound.shape == (inputs.RATE,)
    assert np.abs(sound).max() == 1
    size = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))  # one bin a hertz
    harmonics = np.arange(1, 33) * inputs.PITCH
    between = harmonics + inputs.PITCH // 2
    assert np.median(size[harmonics] / size[between]) > 10
    peaks = harmonics[
        1 + np.flatnonzero((size[harmonics][1:-1] > size[harmonics][:-2])
                           & (size[harmonics][1:-1] > size[harmonics][2:]))
    ]  # fmt: skip
    for formant in inputs.FORMANTS[vowel][:2]:
        assert np.abs(np.append(peaks, harmonics[0]) - formant).min() <= inputs.PITCH


def test_the_breath_is_drawn_from_the_generator_and_small():
    one, same, other = (inputs.speak("a", 0.2, seeds.generator(n)) for n in ("x", "x", "y"))
    assert np.array_equal(one, same)
    assert 0 < np.abs(one - other).max() < 0.2


def test_the_spectrogram_finds_a_tone_and_its_moment():
    time = np.arange(8000) / inputs.RATE
    tone = np.where(time < 0.5, np.sin(2 * np.pi * 1000 * time), 0)
    times, frequencies, levels = inputs.spectrogram(tone)
    assert levels.shape == (len(frequencies), len(times)) == (129, 1 + (8000 - 256) // 64)
    assert levels.max() == pytest.approx(0, abs=1e-3)
    assert times[0] == 128 / 8000
    assert np.diff(times) == pytest.approx(64 / 8000)
    assert frequencies[[0, -1]] == pytest.approx([0, 4000])
    loud = levels.argmax(axis=0)[times < 0.45]
    assert np.all(frequencies[loud] == 1000)
    assert np.all(levels[:, times > 0.55] < -100)


def test_bad_input_is_named():
    rng = seeds.generator("bad")
    with pytest.raises(ValueError, match="vowel: expected one of a, i, got 'u'"):
        inputs.speak("u", 1, rng)
    with pytest.raises(ValueError, match="seconds: expected a positive number, got 0"):
        inputs.speak("a", 0, rng)
    for wrong in (0, 4000):
        with pytest.raises(ValueError, match="frequency: expected 0 to 4000 Hz"):
            inputs.resonate(np.zeros(3), wrong)
    with pytest.raises(ValueError, match="sound: expected 256 samples or more, got 10"):
        inputs.spectrogram(np.zeros(10))
