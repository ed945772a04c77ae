using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AioHub.Admin.Session;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Alerts;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Admin.Tests.Scenarios;

/// <summary>
/// OWASP API Security Top 10 (2023), a test or more for each row. What can be asked of every operation is asked of every operation that the served document has: a new page is looked at without being named here.
/// <c>docs/security.md</c> has the table.
/// </summary>
public sealed class OwaspTests : IAsyncLifetime
{
    /// <summary>Members of replies that have such a name and are meant: secrets that are shown once, to whom they are made for.</summary>
    private static readonly string[] ShownOnce = ["KeyReply.secret", "TokenReply.secret", "TargetReply.secret", "SecretReply.secret", "TotpOffer.secret", "MadeKey.secret"];

    /// <summary>Members that are named so and hold none: forms of secrets, whether a header is one, and a part of requests alone.</summary>
    private static readonly string[] NoSecrets = ["ChannelTypeShape.secrets", "OverrideShape.secret", "NewCredential.secret"];

    private ManagedHub _hub = null!;

    private sealed record Operation(string Method, string Path, JsonObject Told)
    {
        public bool HasBody => Told["requestBody"]?["content"]?["application/json"] is not null;

        public string Filled(long id) => Regex.Replace(Path, "\\{[^}]*\\}", id.ToString(System.Globalization.CultureInfo.InvariantCulture), RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    public async ValueTask InitializeAsync() => _hub = await ManagedHub.StartAsync();

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    /// <summary>API1, broken object level authorization: what is another's is not there, on every operation that takes a number.</summary>
    [Fact]
    public async Task Api1_What_is_anothers_is_not_there()
    {
        using var ada = await _hub.JoinAsync("ada@example.com");
        using var bo = await _hub.JoinAsync("bo@example.com");
        var user = new UserId((await ada.GetAsync("/api/me")).Id);
        await ada.PostAsync("/api/me/keys", new JsonObject { ["name"] = "mine" });
        await ada.PostAsync("/api/me/tokens", new JsonObject { ["name"] = "mine", ["scopes"] = new JsonArray("me:read") });
        await DeliveryStore.OpenAsync(
            _hub.Home.Database, new Alert(TimeProvider.System.GetUtcNow().UtcDateTime, AlertKinds.LowBalance, AlertOwner.User, user.Value, "ada", BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero) { User = user }, 0, ManagedHub.Cancellation);
        var before = await StateAsync();
        var walked = 0;
        foreach (var operation in (await OperationsAsync()).Where(static one => one.Path.StartsWith("/api/me/", StringComparison.Ordinal) && one.Path.Contains("{id}", StringComparison.Ordinal)))
        {
            var list = operation.Path[..operation.Path.IndexOf("/{id}", StringComparison.Ordinal)];
            foreach (var id in (await ada.GetAsync(list)).Items.Select(static item => (long)item!["id"]!))
            {
                var answer = await bo.SendAsync(new HttpMethod(operation.Method), operation.Filled(id), operation.HasBody ? new JsonObject() : null, "*");
                (answer.Status, answer.Code).ShouldBe((HttpStatusCode.NotFound, "not_found"), $"{operation.Method} {operation.Path}");
                walked++;
            }
        }

        walked.ShouldBeGreaterThanOrEqualTo(6);
        (await StateAsync()).ShouldBe(before);

        async Task<string> StateAsync() => string.Join('\n', (await ada.GetAsync("/api/me/keys")).Body, (await ada.GetAsync("/api/me/alerts")).Body, (await ada.GetAsync("/api/me/tokens")).Items.Count);
    }

    /// <summary>API2, broken authentication: no operation opens to what is no proof, ended proofs included, and guessing is told nothing and stopped.</summary>
    [Fact]
    public async Task Api2_Nothing_but_a_proof_that_holds_opens_anything()
    {
        using var owner = await _hub.OwnerAsync();
        var made = await owner.PostAsync("/api/me/tokens", new JsonObject { ["name"] = "t", ["scopes"] = new JsonArray("me:read") });
        using var program = _hub.Open(made.Text("secret"));
        (await program.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK);
        await owner.DeleteAsync($"/api/me/tokens/{made.Id}");
        (await program.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
        using var anybody = _hub.Open();
        foreach (var operation in (await OperationsAsync()).Where(static one => one.Told["security"] is not null))
        {
            (await anybody.SendAsync(new HttpMethod(operation.Method), operation.Filled(1), operation.HasBody ? new JsonObject() : null)).Code.ShouldBe("not_signed_in", $"{operation.Method} {operation.Path}");
        }

        var wrong = await SignInAsync(ManagedHub.Owner);
        var unknown = await SignInAsync("nobody@example.com");
        (wrong.Status, wrong.Text("detail")).ShouldBe((unknown.Status, unknown.Text("detail")));
        for (var i = 1; i < Tries.MostOfName; i++)
        {
            await SignInAsync("nobody@example.com");
        }

        var stopped = await SignInAsync("nobody@example.com");
        stopped.Code.ShouldBe("too_many_tries");
        stopped.Message.Headers.RetryAfter.ShouldNotBeNull();

        Task<Reply> SignInAsync(string email) => anybody.PostAsync("/api/session/password", new JsonObject { ["email"] = email, ["password"] = "not the password" });
    }

    /// <summary>API3, broken object property level authorization: no operation takes a member that it does not offer, and no reply has one that is a secret.</summary>
    [Fact]
    public async Task Api3_Members_that_are_not_offered_are_refused_and_secrets_are_in_no_reply()
    {
        using var owner = await _hub.OwnerAsync();
        foreach (var operation in (await OperationsAsync()).Where(static one => one.HasBody && one.Told["security"] is not null))
        {
            var answer = await owner.SendAsync(new HttpMethod(operation.Method), operation.Filled(1), new JsonObject { ["password_hash"] = "x", ["seq"] = 1 }, "*");
            if (answer.Code == "idempotency_key_required")
            {
                continue;
            }

            (answer.Code, answer.Json["errors"]?["password_hash"] is not null).ShouldBe(("invalid", true), $"{operation.Method} {operation.Path}: {answer.Body}");
        }

        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        var suspicious = schemas.Where(static one => !one.Key.EndsWith("Request", StringComparison.Ordinal))
            .SelectMany(static one => (one.Value!["properties"] as JsonObject ?? []).Select(member => $"{one.Key}.{member.Key}"))
            .Where(static name => Regex.IsMatch(name.Split('.')[^1], "password|secret|hash|sealed|stamp$|private_key|master", RegexOptions.None, TimeSpan.FromSeconds(1))
                && !name.Contains(".has_", StringComparison.Ordinal) && !name.EndsWith("_until", StringComparison.Ordinal) && !name.EndsWith("timestamp", StringComparison.Ordinal));
        suspicious.Except([.. ShownOnce, .. NoSecrets], StringComparer.Ordinal).ShouldBeEmpty();
        var key = await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k" });
        foreach (var operation in (await OperationsAsync()).Where(static one => one.Method == "GET" && one.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            var answer = await owner.GetAsync(operation.Filled(key.Id));
            answer.Body.ShouldNotContain(key.Text("secret")!, Case.Sensitive, operation.Path);
            answer.Body.ShouldNotContain("AQAAAA", Case.Sensitive, $"{operation.Path} has what looks like a password's hash");
        }
    }

    /// <summary>API4, unrestricted resource consumption: bodies, their depth, pages and tries are bounded.</summary>
    [Fact]
    public async Task Api4_Bodies_depths_and_pages_are_bounded()
    {
        using var owner = await _hub.OwnerAsync();
        foreach (var operation in (await OperationsAsync()).Where(static one => one.Told["parameters"] is JsonArray parameters && parameters.Any(static one => (string?)one!["name"] == "limit")))
        {
            (await owner.GetAsync(operation.Filled(1) + "?limit=201&by=model")).Json["errors"]!["limit"].ShouldNotBeNull(operation.Path);
        }

        (await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = new string('x', 1 << 20) })).Code.ShouldBe("too_large");
        var deep = string.Concat(Enumerable.Repeat("[", 10_000));
        (await RawAsync("/api/me/keys", $"{{\"models\":{deep}")).ShouldContain("\"code\":\"invalid\"");

        async Task<string> RawAsync(string path, string body) => (await owner.SendAsync(HttpMethod.Post, path, more: request => request.Content = new StringContent(body, Encoding.UTF8, "application/json"))).Body;
    }

    /// <summary>API5, broken function level authorization: nothing of operators' opens to users, whatever the method. (Each role and scope: <see cref="RoleMatrixTests"/>.)</summary>
    [Fact]
    public async Task Api5_Users_reach_nothing_of_operators()
    {
        using var user = await _hub.JoinAsync("user@example.com");
        var walked = 0;
        foreach (var operation in (await OperationsAsync()).Where(static one => one.Path.StartsWith("/api/admin/", StringComparison.Ordinal)))
        {
            (await user.SendAsync(new HttpMethod(operation.Method), operation.Filled(1), operation.HasBody ? new JsonObject() : null, "*")).Code.ShouldBe("not_allowed", $"{operation.Method} {operation.Path}");
            walked++;
        }

        walked.ShouldBeGreaterThan(20);
    }

    /// <summary>API6, unrestricted access to sensitive business flows: a machine cannot sign up by the hundred to gather start balances. (Redeeming: <c>CodeTriesTests</c>.)</summary>
    [Fact]
    public async Task Api6_Signing_up_is_bounded_by_address()
    {
        await _hub.Home.Entry.SetAsync(new EntryDraft(SignUpMode.Open, default, NanoUsd.FromUsd(1)), cancellation: ManagedHub.Cancellation);
        var codes = new List<string?>();
        for (var i = 0; i <= Tries.MostOfName; i++)
        {
            using var somebody = _hub.Open();
            codes.Add((await somebody.PostAsync("/api/session/sign-up", new JsonObject { ["email"] = $"bot{i}@example.com", ["password"] = ManagedHub.Password })).Code);
        }

        codes.Take(Tries.MostOfName).ShouldAllBe(static code => code == null);
        codes[^1].ShouldBe("too_many_tries");
    }

    /// <summary>API7, server side request forgery: an operator's webhook does not reach the hub's own machine. (Channels: the relay's tests of the same guard; all forms of addresses: <c>CouriersTests</c>.)</summary>
    [Fact]
    public async Task Api7_Webhooks_do_not_reach_private_networks()
    {
        using var operate = await _hub.JoinAsync("op@example.com", Role.Operator);
        foreach (var (i, address) in new[] { _hub.Address.ToString(), $"http://localhost:{_hub.Address.Port}/api/admin/users", "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/" }.Index())
        {
            var made = await operate.PostAsync("/api/admin/alert-targets", new JsonObject { ["name"] = $"t{i}", ["type"] = "webhook", ["address"] = address });
            var tried = await operate.PostAsync($"/api/admin/alert-targets/{made.Id}/test");
            tried.Flag("delivered").ShouldBeFalse(address);
            tried.Text("answer").ShouldNotBeNull().ShouldContain("private addresses only", Case.Insensitive, address);
        }
    }

    /// <summary>API8, security misconfiguration: headers on every kind of answer, nothing across sites, no verbs that are not meant, no insides in errors.</summary>
    [Fact]
    public async Task Api8_Answers_carry_their_headers_and_no_insides()
    {
        using var owner = await _hub.OwnerAsync();
        foreach (var answer in new[]
        {
            await owner.GetAsync("/api/me"), await owner.GetAsync("/api/admin/nothing"), await owner.SendAsync(HttpMethod.Put, "/api/session", new JsonObject()), await owner.PostAsync("/api/me/keys", new JsonObject()),
            await owner.SendAsync(HttpMethod.Post, "/api/me/keys", more: static request => request.Content = new StringContent("{\"name\":\u0000", Encoding.UTF8, "application/json")),
            await owner.GetAsync("/api/me/keys?after=nonsense"), await owner.GetAsync("/api/me/keys/99999999999999999999"),
            await owner.SendAsync(HttpMethod.Trace, "/api/me"), await owner.SendAsync(HttpMethod.Options, "/api/me", more: static request =>
            {
                request.Headers.Add("Origin", "https://evil.example");
                request.Headers.Add("Access-Control-Request-Method", "GET");
            }),
        })
        {
            var (where, headers) = ($"{answer.Message.RequestMessage!.Method} {answer.Message.RequestMessage.RequestUri}", answer.Message.Headers);
            ((int)answer.Status).ShouldBeLessThan(500, where);
            headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"], where);
            headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'", Case.Sensitive, where);
            headers.CacheControl!.NoStore.ShouldBeTrue(where);
            headers.Any(static header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)).ShouldBeFalse(where);
            headers.Contains("Server").ShouldBeFalse(where);
            foreach (var inside in new[] { "   at ", "Exception", "System.", "AioHub.", "Microsoft." })
            {
                answer.Body.ShouldNotContain(inside, Case.Sensitive, where);
            }
        }
    }

    /// <summary>API9, improper inventory management: the document has every operation that is there, and no other.</summary>
    [Fact]
    public async Task Api9_Every_route_stands_in_the_document_and_every_operation_is_a_route()
    {
        var routes = _hub.Services.GetRequiredService<ManagementDoor>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(static endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} /{Plain(endpoint.RoutePattern.RawText!).Trim('/')}"))
            .Where(static one => !one.Contains("/api/docs", StringComparison.Ordinal) && !one.Contains("/api/openapi.json", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var told = (await OperationsAsync()).Select(static one => $"{one.Method} {one.Path.TrimEnd('/')}").ToHashSet(StringComparer.Ordinal);
        routes.Except(told).ShouldBeEmpty("routes that nobody is told of");
        told.Except(routes).ShouldBeEmpty("operations that are not there");

        static string Plain(string pattern) => Regex.Replace(pattern, ":[a-z]+\\}", "}", RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    /// <summary>API10, unsafe consumption of APIs: a receiver that answers without end, in bytes that are no text, costs a bounded answer. (Upstreams: the relay's tests of models, balances and probes.)</summary>
    [Fact]
    public async Task Api10_What_others_answer_is_cut_and_shown_as_text()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(
            async () =>
            {
                using var client = await listener.AcceptTcpClientAsync(ManagedHub.Cancellation);
                await using var stream = client.GetStream();
                await stream.WriteAsync("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n"u8.ToArray(), ManagedHub.Cancellation);
                var noise = Enumerable.Range(0, 64 * 1024).Select(static i => (byte)(i % 256)).ToArray();
                try
                {
                    for (var i = 0; i < 10_000; i++)
                    {
                        await stream.WriteAsync(noise, ManagedHub.Cancellation);
                    }
                }
                catch (IOException)
                {
                    // It hung up, as it should.
                }
            },
            ManagedHub.Cancellation);
        using var operate = await _hub.JoinAsync("op@example.com", Role.Operator);
        var made = await operate.PostAsync("/api/admin/alert-targets", new JsonObject
        {
            ["name"] = "noise", ["type"] = "webhook", ["address"] = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", ["allow_private_network"] = true,
        });
        var tried = await operate.PostAsync($"/api/admin/alert-targets/{made.Id}/test");
        tried.Status.ShouldBe(HttpStatusCode.OK, tried.Body);
        tried.Text("answer")!.Length.ShouldBeLessThan(2_100);
        await serving.WaitAsync(TimeSpan.FromSeconds(30), ManagedHub.Cancellation);
    }

    private async Task<JsonNode> DocumentAsync()
    {
        using var anybody = _hub.Open();
        return (await anybody.GetAsync("/api/openapi.json")).Json;
    }

    private async Task<List<Operation>> OperationsAsync() => [.. (await DocumentAsync())["paths"]!.AsObject()
        .SelectMany(static path => path.Value!.AsObject().Select(one => new Operation(one.Key.ToUpperInvariant(), path.Key, one.Value!.AsObject())))];
}
