using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Prices;

public sealed class PriceSyncTests() : OnManagedHub(DatabaseEngine.Sqlite)
{
    [Fact]
    public async Task A_document_is_previewed_applied_and_taken_back()
    {
        using var owner = await Hub.OwnerAsync();
        var wanted = new JsonObject { ["document"] = Document(7), ["only"] = new JsonArray("house-*") };
        var lines = await LinesAsync(owner, wanted);
        lines.Select(static line => (string?)line["step"]).ShouldBe(["reading", "comparing", "done"]);
        var plan = lines[^1]["plan"]!;
        ((string?)plan["format"], plan["changes"]!.AsArray().Count).ShouldBe(("litellm", 1));
        var change = plan["changes"]![0]!;
        ((string?)change["model"], (string?)change["verdict"], (bool)change["new_model"]!).ShouldBe(("house-1", "new", true));
        change["rates"]!.AsArray().Select(static rate => ((string?)rate!["name"], (decimal)rate["new"]!)).ShouldContain(("input", 7m));
        (await owner.GetAsync("/api/admin/prices/house-1")).Code.ShouldBe("not_found");
        (await owner.PostAsync("/api/admin/prices/sync/apply", wanted.DeepClone())).Code.ShouldBe("if_match_required");
        // The document changed behind the preview.
        var other = new JsonObject { ["document"] = Document(8), ["only"] = new JsonArray("house-*") };
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/sync/apply", other, (string)lines[^1]["tag"]!)).Code.ShouldBe("changed_meanwhile");
        var done = await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/sync/apply", wanted.DeepClone(), (string)lines[^1]["tag"]!);
        done.Json["models"]!.AsArray().Select(static one => (string?)one).ShouldBe(["house-1"]);
        var row = (await owner.GetAsync("/api/admin/prices/house-1")).Json["rows"]![0]!;
        ((string?)row["source"], (long)row["sync"]!, (string?)row["added_by"]).ShouldBe(("sync", (long)done.Json["sync"]!, ManagedHub.Owner));
        ((string?)(await owner.GetAsync("/api/admin/prices/syncs")).Items[0]!["actor"]).ShouldBe(ManagedHub.Owner);
        (await owner.PostAsync($"/api/admin/prices/syncs/{(long)done.Json["sync"]!}/undo")).Status.ShouldBe(HttpStatusCode.OK);
        (await owner.GetAsync("/api/admin/prices/house-1")).Code.ShouldBe("not_found");
        (await owner.PostAsync($"/api/admin/prices/syncs/{(long)done.Json["sync"]!}/undo")).Code.ShouldBe("invalid");
    }

    [Fact]
    public async Task What_is_doubtful_is_refused_until_it_is_forced()
    {
        using var owner = await Hub.OwnerAsync();
        var first = new JsonObject { ["document"] = Document(7), ["only"] = new JsonArray("house-*") };
        await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/sync/apply", first.DeepClone(), (string)(await LinesAsync(owner, first))[^1]["tag"]!);
        var second = new JsonObject { ["document"] = Document(700), ["only"] = new JsonArray("house-*") };
        var seen = (await LinesAsync(owner, second))[^1];
        var change = seen["plan"]!["changes"]![0]!;
        ((string?)change["verdict"], (bool)change["can_force"]!).ShouldBe(("refused", true));
        ((string)change["reason"]!).ShouldContain("jumps");
        change["rates"]!.AsArray().Select(static rate => ((string?)rate!["name"], (decimal?)rate["percent"])).ShouldContain(("input", 9900m));
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/sync/apply", second.DeepClone(), (string)seen["tag"]!)).Json["sync"].ShouldBeNull();
        second["force"] = true;
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/sync/apply", second, (string)seen["tag"]!)).Json["sync"].ShouldNotBeNull();
    }

    [Fact]
    public async Task An_address_is_fetched_with_progress_and_private_ones_only_when_they_are_allowed()
    {
        using var owner = await Hub.OwnerAsync();
        var document = Document(7);
        document["padding"] = new JsonObject { ["litellm_provider"] = "openai", ["mode"] = "none", ["text"] = new string('x', 900_000) };
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, document.ToJsonString());
        var wanted = new JsonObject { ["source"] = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/prices.json?token=secret", ["only"] = new JsonArray("house-*") };
        var refused = (await LinesAsync(owner, wanted))[^1];
        ((string?)refused["step"], refused["errors"]!["source"] is not null).ShouldBe(("failed", true));
        wanted["allow_private_network"] = true;
        var lines = await LinesAsync(owner, wanted);
        await serving;
        lines.Count(static line => (string?)line["step"] == "fetching").ShouldBeGreaterThan(2);
        lines[^1]["plan"]!["source"]!.ToString().ShouldNotContain("secret");
        lines[^1]["plan"]!["changes"]!.AsArray().Count.ShouldBe(1);

        ((string?)(await LinesAsync(owner, new JsonObject { ["document"] = new JsonObject { ["nothing"] = 1 } }))[^1]["step"]).ShouldBe("failed");
        (await LinesAsync(owner, new JsonObject { ["source"] = "file:///etc/passwd" }))[^1]["errors"]!["source"].ShouldNotBeNull();
        (await LinesAsync(owner, new JsonObject { ["source"] = "x", ["document"] = new JsonObject() }))[^1]["errors"]!["document"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/prices/sync/preview", new JsonObject())).Json["errors"]!["source"].ShouldNotBeNull();
    }

    private static async Task<List<JsonNode>> LinesAsync(Browser who, JsonObject wanted)
    {
        var answer = await who.PostAsync("/api/admin/prices/sync/preview", wanted.DeepClone());
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Message.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        return [.. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
    }

    /// <summary>A map of models as LiteLLM writes it: USD per token.</summary>
    private static JsonObject Document(decimal input) => new()
    {
        ["house-1"] = new JsonObject
        {
            ["litellm_provider"] = "openai", ["mode"] = "chat", ["input_cost_per_token"] = input / 1_000_000m, ["output_cost_per_token"] = 20m / 1_000_000m, ["max_input_tokens"] = 1000,
        },
    };

    private static async Task ServeAsync(TcpListener listener, string body)
    {
        using var client = await listener.AcceptTcpClientAsync(ManagedHub.Cancellation);
        await using var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[8192], ManagedHub.Cancellation);
        var bytes = Encoding.UTF8.GetBytes(body);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), ManagedHub.Cancellation);
        await stream.WriteAsync(bytes, ManagedHub.Cancellation);
    }
}
