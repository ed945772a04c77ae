using System.CommandLine;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace AioHub.Host.Cli;

/// <summary><c>doctor</c>: calls a running hub as the clients do and shows how to set them up.</summary>
internal static class DoctorVerb
{
    private const string DefaultModel = "sandbox/echo";
    private const int MostBytes = 16 * 1024 * 1024;
    private static readonly string[] Clients = ["openai", "codex", "claude", "gemini"];

    private sealed record Check(string Name, bool Ok, string Message);

    public static Command Build(VerbFrame frame)
    {
        var url = new Option<string>("--url") { Description = "Where the hub listens", DefaultValueFactory = static _ => "http://127.0.0.1:8080" };
        var key = new Option<string>("--key") { HelpName = "SECRET", Description = "An API key", Required = true };
        var client = new Option<string?>("--client") { Description = $"Only this one: {Shapes.Joined(Clients)}" };
        client.AcceptOnlyFromAmong(Clients);
        var model = new Option<string>("--model") { HelpName = "NAME", Description = "What to call", DefaultValueFactory = static _ => DefaultModel };
        var command = new Command("doctor", "Check a running hub as a client would, and show how to set clients up") { url, key, client, model };
        frame.On(command, async (parsed, cancellation) =>
        {
            if (!Uri.TryCreate(parsed.GetRequiredValue(url), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new UsageException($"'{parsed.GetValue(url)}' is no address such as http://127.0.0.1:8080.");
            }

            // Clients differ in whether the version belongs to the address; here it does not.
            var root = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
            root = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root;
            var guides = ClientGuide.All(root, parsed.GetRequiredValue(key), parsed.GetRequiredValue(model))
                .Where(guide => parsed.GetValue(client) is not { } only || guide.Name == only).ToList();
            var checks = await RunAsync(root, parsed.GetRequiredValue(key), guides, cancellation);
            var ok = checks.TrueForAll(static check => check.Ok);
            return new Answer(
                new JsonObject
                {
                    ["ok"] = ok,
                    ["checks"] = Shapes.List(checks, static check => new JsonObject { ["check"] = check.Name, ["ok"] = check.Ok, ["message"] = check.Message }),
                    ["clients"] = Shapes.List(guides, static guide => new JsonObject { ["client"] = guide.Name, ["setup"] = guide.Setup }),
                },
                output => Print(output, checks, guides, ok),
                ok ? 0 : VerbFrame.Failed);
        });
        return command;
    }

    private static async Task<List<Check>> RunAsync(string root, string key, List<ClientGuide> guides, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = MostBytes };
        var checks = new List<Check> { await AskAsync("hub answers", HttpMethod.Get, "/healthz", null, null, static _ => null) };
        if (!checks[0].Ok)
        {
            return checks;
        }

        foreach (var guide in guides)
        {
            checks.Add(await AskAsync($"{guide.Name}: model list", HttpMethod.Get, guide.ModelsPath, null, guide,
                static body => body.Contains("\"data\"", StringComparison.Ordinal) || body.Contains("\"models\"", StringComparison.Ordinal) ? null : "this is no list of models"));
            checks.Add(await AskAsync($"{guide.Name}: call", HttpMethod.Post, guide.Path, guide.Body(false), guide,
                body => body.Contains(guide.AnswerMark, StringComparison.Ordinal) ? null : $"the answer has no {guide.AnswerMark}"));
            checks.Add(await AskAsync($"{guide.Name}: stream", HttpMethod.Post, guide.StreamPath, guide.Body(true), guide,
                body => body.Contains(guide.StreamEnd, StringComparison.Ordinal) ? null : $"the stream ended without {guide.StreamEnd}"));
        }

        return checks;

        async Task<Check> AskAsync(string name, HttpMethod method, string path, string? body, ClientGuide? guide, Func<string, string?> wrong)
        {
            try
            {
                using var request = new HttpRequestMessage(method, root + path);
                if (guide is not null)
                {
                    request.Headers.TryAddWithoutValidation(guide.KeyHeader, guide.KeyPrefix + key);
                    if (guide.Name == "claude")
                    {
                        request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
                    }
                }

                if (body is not null)
                {
                    request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                }

                using var reply = await http.SendAsync(request, cancellation);
                var text = await reply.Content.ReadAsStringAsync(cancellation);
                if (reply.StatusCode != HttpStatusCode.OK)
                {
                    return new Check(name, Ok: false, $"{method} {path} answered {(int)reply.StatusCode}: {Short(text)}");
                }

                return wrong(text) is { } flaw ? new Check(name, Ok: false, $"{method} {path}: {flaw}: {Short(text)}") : new Check(name, Ok: true, Describe(reply, text));
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                return new Check(name, Ok: false, $"{root + path}: {failure.Message}");
            }
        }
    }

    private static string Describe(HttpResponseMessage reply, string text)
    {
        var group = reply.Headers.TryGetValues("x-aiohub-group", out var groups) ? $", group {groups.First()}" : "";
        return $"{text.Length} characters{group}";
    }

    private static string Short(string text) => text.ReplaceLineEndings(" ") is { Length: > 300 } one ? one[..300] + "…" : text.ReplaceLineEndings(" ");

    private static void Print(TextWriter output, List<Check> checks, List<ClientGuide> guides, bool ok)
    {
        foreach (var check in checks)
        {
            output.WriteLine($"{(check.Ok ? "pass" : "FAIL")}  {check.Name}: {check.Message}");
        }

        foreach (var guide in guides)
        {
            output.WriteLine();
            output.WriteLine($"--- {guide.Name}");
            output.WriteLine(guide.Setup);
        }

        output.WriteLine();
        output.WriteLine(ok ? "All is well." : "Something is wrong; see the lines that say FAIL.");
    }
}
