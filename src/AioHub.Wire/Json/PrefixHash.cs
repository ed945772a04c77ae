using System.Buffers.Binary;
using System.Numerics;

namespace AioHub.Wire.Json;

/// <summary>
/// A hash of what all calls of one conversation begin with: tools, system prompt, and the turns up to the first of the user. It is the same in every process, so that a
/// conversation that tells no session finds its warm prompt cache all the same. Not for secrets.
/// </summary>
internal static class PrefixHash
{
    /// <summary>Bytes. No vendor caches a prompt of fewer than 1,024 tokens.</summary>
    public const int Least = 4_096;

    /// <summary>Of each part so many bytes from its start count, so many from its end, and its length. Prompts that differ in the middle alone share a place, which does no harm.</summary>
    private const int Head = 4_096;
    private const int Tail = 512;

    /// <summary>Turns that may stand before the user's first: system and developer prompts.</summary>
    private const int MostBefore = 4;

    private const ulong Prime = 0x9E3779B97F4A7C15UL;

    /// <summary>Null: too short for any prompt cache, or there are no turns.</summary>
    /// <param name="body">Valid JSON.</param>
    /// <param name="tools">Absent = none.</param>
    /// <param name="system">Absent = none, or among the turns.</param>
    /// <param name="turns">An array, or a text, which counts whole.</param>
    public static ulong? Of(ReadOnlySpan<byte> body, JsonMember tools, JsonMember system, JsonMember turns)
    {
        if (body.Length < Least || !turns.Exists)
            return null;

        var first = FirstTurns(turns.ValueIn(body));
        if (tools.ValueLength + system.ValueLength + first.Length < Least)
            return null;

        var hash = Mix(Prime, first);
        hash = Mix(hash, tools.Exists ? tools.ValueIn(body) : default);
        hash = Mix(hash, system.Exists ? system.ValueIn(body) : default);
        hash ^= hash >> 29;
        return hash == 0 ? 1 : hash;
    }

    /// <summary>From the first turn to the end of the user's first; the whole value when it is no array.</summary>
    private static ReadOnlySpan<byte> FirstTurns(ReadOnlySpan<byte> turns)
    {
        if (turns[0] != '[')
            return turns;

        var end = 0;
        for (var turn = 0; turn < MostBefore && end < turns.Length - 1; turn++)
        {
            // Behind the bracket or the last item's comma.
            var begin = end + 1;
            end = EndOfItem(turns, begin);
            if (IsUser(turns[begin..end]))
                break;
        }

        return turns[..end];
    }

    /// <summary>Whether a turn is the user's: told by its <c>role</c>; a turn without one is (Gemini, an item of Responses).</summary>
    private static bool IsUser(ReadOnlySpan<byte> turn)
    {
        var role = turn.IndexOf("\"role\""u8);
        if (role < 0)
            return true;

        var value = turn[(role + 6)..].TrimStart(" \t\r\n:"u8);
        return !value.StartsWith("\"system\""u8) && !value.StartsWith("\"developer\""u8);
    }

    /// <summary>The comma or bracket behind the item that begins at or after a place of an array.</summary>
    private static int EndOfItem(ReadOnlySpan<byte> array, int at)
    {
        for (var depth = 0; at < array.Length; at++)
        {
            switch (array[at])
            {
                case (byte)'"':
                    at = EndOfText(array, at);
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    if (--depth < 0)
                        return at;
                    break;
                case (byte)',' when depth == 0:
                    return at;
                default:
                    break;
            }
        }

        return array.Length - 1;
    }

    /// <summary>The closing quote of a text.</summary>
    private static int EndOfText(ReadOnlySpan<byte> array, int quote)
    {
        for (var at = quote + 1; ; at++)
        {
            var step = array[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0)
                return array.Length - 1;
            at += step;
            if (array[at] == '"')
                return at;
            at++;
        }
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> part)
    {
        hash = Step(hash, (ulong)part.Length);
        hash = MixAll(hash, part[..Math.Min(part.Length, Head)]);
        return part.Length > Head ? MixAll(hash, part[^Math.Min(Tail, part.Length - Head)..]) : hash;
    }

    private static ulong MixAll(ulong hash, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var rest = 0UL;
        foreach (var one in bytes)
            rest = (rest << 8) | one;
        return Step(hash, rest);
    }

    private static ulong Step(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * Prime, 31);
}
