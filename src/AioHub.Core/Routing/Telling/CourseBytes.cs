using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Telling;

/// <summary>A course as bytes: numbered fields, of which a call that went where it would always go has one or none.</summary>
internal static class CourseBytes
{
    /// <summary>Those that a limit kept from very many channels are told with as many.</summary>
    private const int MostNotes = 64;
    private const int LongestText = 500;

    public static byte[] Write(Course course)
    {
        var to = new FieldWriter(new byte[64], 0);
        to.Number(1, (course.IsConversation ? 1 : 0) | ((int)course.Affinity << 1));
        to.Number(2, course.Size);
        to.Number(3, course.Holder);
        to.Number(4, course.ChosenRests.Ticks);
        if (course.OwnerMultiplier != 1m)
            to.Decimal(5, course.OwnerMultiplier);
        if (course.KeyMultiplier != 1m)
            to.Decimal(6, course.KeyMultiplier);
        foreach (var name in course.Near)
            to.Text(7, Cut(name));
        foreach (var group in course.TriedGroups.AsSpan(0, Math.Min(MostNotes, course.TriedGroups.Length)))
            to.Number(8, group);
        foreach (var note in course.Groups.AsSpan(0, Math.Min(MostNotes, course.Groups.Length)))
        {
            var begun = to.Begin(9);
            to.Number(1, note.Index);
            to.Text(2, note.Code);
            to.Text(3, Cut(note.Message));
            to.Number(4, note.Rank + 1);
            if (note.Wait is { } wait)
            {
                to.Flag(5, true);
                to.Number(6, wait.Ticks);
            }

            to.End(begun);
        }

        foreach (var note in course.Channels.AsSpan(0, Math.Min(MostNotes, course.Channels.Length)))
        {
            var begun = to.Begin(10);
            to.Number(1, note.Channel);
            to.Number(2, (int)note.Kind);
            to.Number(3, note.Until.Ticks);
            to.Text(4, Cut(note.Text));
            to.Number(5, note.Group);
            to.Text(6, note.Name);
            to.End(begun);
        }

        return to.Buffer.AsSpan(0, to.Position).ToArray();
    }

    /// <summary>Null when the bytes are no course.</summary>
    public static Course? TryRead(ReadOnlySpan<byte> bytes)
    {
        var course = new Course();
        List<string> near = [];
        List<long> tried = [];
        List<GroupNote> groups = [];
        List<ChannelNote> channels = [];
        var from = new FieldReader(bytes);
        while (from.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    course = course with
                    {
                        IsConversation = (from.Number & 1) != 0,
                        Affinity = from.Number >> 1 is >= 0 and <= (long)AffinityOutcome.Broken and var outcome ? (AffinityOutcome)outcome : AffinityOutcome.None,
                    };
                    break;
                case 2: course = course with { Size = from.Number }; break;
                case 3: course = course with { Holder = from.Number }; break;
                case 4: course = course with { ChosenRests = Moment(from.Number) }; break;
                case 5: course = course with { OwnerMultiplier = from.Decimal() }; break;
                case 6: course = course with { KeyMultiplier = from.Decimal() }; break;
                case 7: near.Add(from.Text); break;
                case 8: tried.Add(from.Number); break;
                case 9: groups.Add(ReadGroup(ref from)); break;
                case 10: channels.Add(ReadChannel(ref from)); break;
            }
        }

        return from.Broken ? null : course with { Near = [.. near], TriedGroups = [.. tried], Groups = [.. groups], Channels = [.. channels] };
    }

    private static GroupNote ReadGroup(ref FieldReader outer)
    {
        var note = new GroupNote(0, "", "", -1, null);
        var from = new FieldReader(outer.Data);
        while (from.Next(out var field))
        {
            note = field switch
            {
                1 => note with { Index = from.Small },
                2 => note with { Code = from.Text },
                3 => note with { Message = from.Text },
                4 => note with { Rank = Math.Max(0, from.Small) - 1 },
                5 => note with { Wait = note.Wait ?? TimeSpan.Zero },
                6 => note with { Wait = new TimeSpan(from.Number) },
                _ => note,
            };
        }

        outer.Fail(from.Broken);
        return note;
    }

    private static ChannelNote ReadChannel(ref FieldReader outer)
    {
        var note = new ChannelNote(0, default, default, "");
        var from = new FieldReader(outer.Data);
        while (from.Next(out var field))
        {
            note = field switch
            {
                1 => note with { Channel = from.Number },
                2 => note with { Kind = (ChannelNoteKind)from.Small },
                3 => note with { Until = Moment(from.Number) },
                4 => note with { Text = from.Text },
                5 => note with { Group = from.Number },
                6 => note with { Name = from.Text },
                _ => note,
            };
        }

        outer.Fail(from.Broken);
        return note;
    }

    private static DateTime Moment(long ticks) => new(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    private static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText - 3), "...");
}
