using System.Text;
using System.Text.Json;
using AioHub.Relay.Carriers.Sandbox;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>Requests that real callers sent to real vendors, and broken copies of them: every one is answered or refused.</summary>
public sealed class SandboxRecordedTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("openai-chat", Dialect.OpenAiChat)]
    [InlineData("openai-responses", Dialect.OpenAiResponses)]
    [InlineData("anthropic", Dialect.AnthropicMessages)]
    [InlineData("gemini", Dialect.Gemini)]
    public async Task Recorded_requests_are_answered(string folder, Dialect dialect)
    {
        if (Recorded(folder) is not { } root)
        {
            output.WriteLine($"skipped: no recorded {folder} requests beside the repository");
            return;
        }

        var random = new Random(1);
        var answered = 0;
        foreach (var file in Directory.EnumerateFiles(root, "request.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var body = await File.ReadAllTextAsync(file);
            JsonElement request;
            try
            {
                request = JsonElement.Parse(body);
            }
            catch (JsonException)
            {
                continue;
            }

            foreach (var model in new[] { "sandbox/echo", "sandbox/tool", "sandbox/think" })
            {
                var stream = request.TryGetProperty("stream", out var wanted) && wanted.ValueKind == JsonValueKind.True;
                var asked = request.TryGetProperty("model", out var name) ? body.Replace(name.GetRawText(), $"\"{model}\"", StringComparison.Ordinal) : body;
                using var reply = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, model, stream), asked);
                var text = await reply.Content.ReadAsStringAsync();
                if (reply.IsSuccessStatusCode)
                {
                    var folded = stream ? SandboxFolding.Stream(dialect, SandboxCaller.Events(text)) : SandboxFolding.Whole(dialect, JsonElement.Parse(text));
                    (folded.Text.Length > 0 || folded.Tool is not null || folded.Thinking.Length > 0).ShouldBeTrue(file);
                    answered++;
                }
                else
                {
                    ((int)reply.StatusCode).ShouldBe(400);
                    output.WriteLine($"{Path.GetFileName(Path.GetDirectoryName(file))}: {text}");
                }
            }

            for (var i = 0; i < 20; i++)
            {
                var broken = Encoding.UTF8.GetBytes(body);
                for (var hits = random.Next(1, 4); hits > 0; hits--)
                    broken[random.Next(broken.Length)] = (byte)random.Next(256);
                using var reply = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "sandbox/tool", false), new ByteArrayContent(broken));
                var (_, failure) = await SandboxScriptTests.DrainAsync(reply);
                failure.ShouldBeNull();
            }
        }

        answered.ShouldBeGreaterThan(0);
        output.WriteLine($"{answered} {folder} replies");
    }

    private static string? Recorded(string folder)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "AioHub.slnx")))
                continue;
            var root = Path.Combine(at.FullName, "..", "shared", "oracle", "recorded", folder);
            return Directory.Exists(root) ? root : null;
        }

        return null;
    }
}
