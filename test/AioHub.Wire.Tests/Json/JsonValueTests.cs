using System.Numerics;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Json;
using CsCheck;

namespace AioHub.Wire.Tests.Json;

public sealed class JsonValueTests
{
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"abc\"", "abc")]
    [InlineData("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t")]
    [InlineData("\"\\u00e9\\uD83D\\ude00é😀\"", "é😀é😀")]
    [InlineData("\"\\u0000\"", "\0")]
    public void Reads_strings(string raw, string expected)
    {
        JsonValue.TryReadString(Encoding.UTF8.GetBytes(raw), expected.Length, out var value).ShouldBeTrue();
        value.ShouldBe(expected);
        JsonValue.TryReadString(Encoding.UTF8.GetBytes(raw), expected.Length - 1, out value).ShouldBeFalse();
        value.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("abc")]
    [InlineData("12")]
    [InlineData("null")]
    [InlineData("\"a\"b\"")]
    [InlineData("\"a")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ud83dx\"")]
    [InlineData("\"\\ud83d\\n\"")]
    [InlineData("\"\\ud83d\\ud83d\"")]
    [InlineData("\"\\ude00\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\n\"")]
    public void Refuses_what_is_no_string(string raw) =>
        JsonValue.TryReadString(Encoding.UTF8.GetBytes(raw), 100, out _).ShouldBeFalse();

    [Fact]
    public void Refuses_strings_that_are_no_utf8() =>
        JsonValue.TryReadString([(byte)'"', 0xFF, (byte)'"'], 100, out _).ShouldBeFalse();

    [Fact]
    public void Reads_every_string_back()
    {
        Gen.String.Where(IsWellFormed).Sample(
            text =>
            {
                JsonValue.TryReadString(JsonSerializer.SerializeToUtf8Bytes(text), text.Length, out var escaped).ShouldBeTrue();
                escaped.ShouldBe(text);
                JsonValue.TryReadString(JsonSplice.QuotedString(text).Span, text.Length, out var plain).ShouldBeTrue();
                plain.ShouldBe(text);
            },
            iter: 5_000);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Reads_booleans(string raw, bool expected)
    {
        JsonValue.TryReadBoolean(Encoding.UTF8.GetBytes(raw), out var value).ShouldBeTrue();
        value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"true\"")]
    [InlineData("True")]
    public void Refuses_what_is_no_boolean(string raw) =>
        JsonValue.TryReadBoolean(Encoding.UTF8.GetBytes(raw), out _).ShouldBeFalse();

    [Fact]
    public void Knows_null()
    {
        JsonValue.IsNull("null"u8).ShouldBeTrue();
        JsonValue.IsNull("nul"u8).ShouldBeFalse();
        JsonValue.IsNull("\"null\""u8).ShouldBeFalse();
        JsonValue.IsNull(default).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("-0.0e99999999999999999999", 0)]
    [InlineData("1024", 1024)]
    [InlineData("1024.0", 1024)]
    [InlineData("1024.000e0", 1024)]
    [InlineData("1e3", 1000)]
    [InlineData("1E+3", 1000)]
    [InlineData("1.024e3", 1024)]
    [InlineData("102400e-2", 1024)]
    [InlineData("0.00001e5", 1)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9.223372036854775807e18", long.MaxValue)]
    public void Reads_whole_numbers(string raw, long expected)
    {
        JsonValue.TryReadInt64(Encoding.UTF8.GetBytes(raw), out var value).ShouldBeTrue();
        value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("10.01")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999")]
    [InlineData("1e19")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1e-99999999999999999999")]
    [InlineData("\"1\"")]
    [InlineData("01")]
    [InlineData("1x")]
    [InlineData("true")]
    public void Refuses_what_is_no_whole_number(string raw) =>
        JsonValue.TryReadInt64(Encoding.UTF8.GetBytes(raw), out _).ShouldBeFalse();

    [Fact]
    public void Reads_numbers_as_arithmetic_does()
    {
        Gen.Select(Gen.Long, Gen.Int[0, 25], Gen.Int[-25, 25]).Sample(
            (mantissa, shift, exponent) =>
            {
                // mantissa × 10^shift × 10^(exponent - shift), with the shift spelled as zeros.
                var raw = $"{mantissa}{new string('0', shift)}e{exponent - shift}";
                var exact = exponent >= 0
                    ? mantissa * BigInteger.Pow(10, exponent)
                    : BigInteger.Remainder(mantissa, BigInteger.Pow(10, -exponent)).IsZero ? mantissa / BigInteger.Pow(10, -exponent) : (BigInteger?)null;
                var fits = exact is { } number && number >= long.MinValue && number <= long.MaxValue;
                if (mantissa != 0)
                {
                    JsonValue.TryReadInt64(Encoding.UTF8.GetBytes(raw), out var value).ShouldBe(fits, raw);
                    value.ShouldBe(fits ? (long)exact!.Value : 0, raw);
                }
            },
            iter: 5_000);
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
