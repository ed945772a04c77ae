using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using AioHub.Wire.Json;
using CsCheck;

namespace AioHub.Wire.Tests.Json;

/// <summary>The scan beside judges that others wrote: JSONTestSuite, the list of naughty strings, and the platform's own reader.</summary>
public sealed class JsonPeekVectorTests
{
    private static readonly JsonPeek Peek = new("model", "a");

    [Fact]
    public void Agrees_with_JSONTestSuite()
    {
        if (SharedVectors.Find("json/JSONTestSuite/test_parsing") is not { } folder)
        {
            return;
        }

        var files = Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).ToArray();
        files.Length.ShouldBeGreaterThan(300);
        var wrong = new List<string>();
        var refused = new List<string>();
        foreach (var file in files)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var body = File.ReadAllBytes(file);
            var fault = Scan(body);
            switch (name[0])
            {
                case 'y':
                    // A wanted name that stands twice is refused on purpose; the suite's own duplicate is named "a".
                    var first = Encoding.UTF8.GetString(body).TrimStart()[0];
                    var expected = first != '{' ? PeekFault.NotAnObject : name.StartsWith("y_object_duplicated_key", StringComparison.Ordinal) ? PeekFault.Duplicate : PeekFault.None;
                    Note(fault == expected);
                    break;
                case 'n':
                    Note(fault is PeekFault.Malformed or PeekFault.TooDeep);
                    break;
                default:
                    if (fault is PeekFault.Malformed or PeekFault.TooDeep)
                    {
                        refused.Add(name);
                    }

                    break;
            }

            void Note(bool right)
            {
                if (!right)
                {
                    wrong.Add($"{name}: {fault}");
                }
            }
        }

        SharedVectors.Say("implementation-defined and refused: " + string.Join(' ', refused));
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Carries_naughty_strings()
    {
        if (SharedVectors.Find("json/blns.json") is not { } file)
        {
            return;
        }

        var texts = JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(file))!;
        texts.Length.ShouldBeGreaterThan(400);
        var found = new JsonMember[2];
        foreach (var text in texts)
        {
            foreach (var body in (byte[][])[JsonSerializer.SerializeToUtf8Bytes(new { model = text, x = text }), Written(text)])
            {
                Peek.Scan(body, found, out _).ShouldBe(PeekFault.None);
                JsonValue.TryReadString(found[0].ValueIn(body), text.Length, out var read).ShouldBeTrue();
                read.ShouldBe(text);
                JsonValue.TryReadString(found[0].ValueIn(body), text.Length - 1, out _).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Accepts_what_the_platform_reader_accepts()
    {
        Gen.Select(Gen.OneOf(Seeds), Gen.Select(Gen.Int[0, 9999], Gen.Int[0, 3], GenByte).Array[0, 4]).Sample(
            (seed, mutations) =>
            {
                var body = mutations.Aggregate(Encoding.UTF8.GetBytes(seed), Mutate);
                var fault = Scan(body);
                var accepted = fault is PeekFault.None or PeekFault.NotAnObject or PeekFault.Duplicate;
                if (fault != PeekFault.Duplicate && accepted != PlatformAccepts(body))
                {
                    throw new InvalidOperationException($"{fault} for {Convert.ToHexString(body)} {Encoding.UTF8.GetString(body)}");
                }
            },
            iter: 60_000);
    }

    [Fact]
    public void Accepts_every_cut_that_the_platform_reader_accepts()
    {
        foreach (var seed in Seeds)
        {
            var body = Encoding.UTF8.GetBytes(seed);
            for (var length = 0; length <= body.Length; length++)
            {
                var fault = Scan(body[..length]);
                (fault is PeekFault.None or PeekFault.NotAnObject).ShouldBe(PlatformAccepts(body[..length]), $"{seed} cut at {length}");
            }
        }
    }

    private static readonly string[] Seeds =
    [
        """{"model":"gpt","messages":[{"role":"user","content":"hi\n\u00e9 \ud83d\ude00 é 😀"}],"stream":true,"n":1}""",
        """ [ 1 , -2.5e+10 , 0.0E-1, true,false , null, "", {} , [ ] ] """,
        """{"a":{"b":[{"c":[[],{}]},"\"\\\/\b\f\n\r\t"]},"long":"a text that is longer than one vector of bytes is, with a \\ in it"}""",
        "{\r\n\t\"x\" :\t1,                    \"y\":\n\n\n\n\n\n\n\n\n\n[0, 10, -0]\n}\n",
        "\"just a text\"",
        "-12.25e7",
        "{\"a\":" + new string('[', 253) + "{\"q\":[]}" + new string(']', 253) + "}",
    ];

    private static Gen<byte> GenByte => Gen.OneOf(Gen.OneOf("{}[]\",:\\ue0123456789+-.Etfn \n\t\0"u8.ToArray()), Gen.Byte);

    private static byte[] Mutate(byte[] body, (int Where, int How, byte What) mutation)
    {
        var at = body.Length == 0 ? 0 : mutation.Where % body.Length;
        return mutation.How switch
        {
            0 => [.. body[..at], mutation.What, .. body[at..]],
            1 => [.. body[..at], .. body.Skip(at + 1)],
            2 => [.. body[..at], mutation.What, .. body.Skip(at + 1)],
            _ => [.. body[..at], .. body.Skip(at).Take(mutation.What % 16), .. body[at..]],
        };
    }

    /// <summary>The platform's reader does not look into strings for valid UTF-8 until they are asked for.</summary>
    private static bool PlatformAccepts(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = JsonPeek.MaxDepth });
            while (reader.Read())
            {
            }

            return Utf8.IsValid(body);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static PeekFault Scan(byte[] body) => Peek.Scan(body, new JsonMember[2], out _);

    private static byte[] Written(string text) => [.. "{\"x\":1,\"model\":"u8, .. JsonSplice.QuotedString(text).Span, (byte)'}'];
}
