using System.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

/// <summary>What two other translators took and gave: every chat side of theirs is read.</summary>
public sealed class OpenAiChatOracleTests(ITestOutputHelper output)
{
    [Fact]
    public void Their_cases_are_read()
    {
        var path = TestKit.Shared.PathOf("oracle/translation-cases.json");
        if (!File.Exists(path))
        {
            output.WriteLine(TestKit.Shared.SkipReason);
            return;
        }

        using var cases = JsonDocument.Parse(File.ReadAllBytes(path));
        var read = 0;
        foreach (var one in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = one.GetProperty("id").GetString()!;
            var input = one.GetProperty("input");
            var body = input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText();
            switch (one.GetProperty("direction").GetString())
            {
                case "request" when one.GetProperty("client_format").GetString() == "openai-chat":
                    if (!input.TryGetProperty("model", out _))
                        body = "{\"model\":\"m\"," + body[1..];
                    if (name.EndsWith("NormalizesToolNameAndStrict", StringComparison.Ordinal))
                    {
                        // Its tool's name is true: a 400 that says so, not a tool called "true".
                        ChatRoom.TryRead(Encoding.UTF8.GetBytes(body), out _, out var fault).ShouldBeFalse();
                        fault.Param.ShouldBe("tools[0]");
                        break;
                    }

                    var conversation = ChatRoom.Read(body);
                    conversation.Turns.Count.ShouldBe(Count(input, "user") + Count(input, "assistant") + Count(input, "tool"), name);
                    read++;
                    break;
                case "response" when one.GetProperty("upstream_format").GetString() == "openai-chat":
                    ChatRoom.ReadReply(body).Answers.Count.ShouldBe(input.GetProperty("choices").GetArrayLength(), name);
                    read++;
                    break;
                case "stream" when one.GetProperty("upstream_format").GetString() == "openai-chat":
                    ChatRoom.Fold(Encoding.UTF8.GetBytes(body)).Answers.ShouldNotBeEmpty(name);
                    read++;
                    break;
            }
        }

        read.ShouldBeGreaterThan(20);
    }

    private static int Count(JsonElement body, string role) => body.Each("messages").Count(message => message.Str("role") == role);
}
