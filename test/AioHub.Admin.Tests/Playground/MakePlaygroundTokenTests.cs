using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Playground;

public sealed class SqliteMakePlaygroundTokenTests() : MakePlaygroundTokenTests(DatabaseEngine.Sqlite);

public sealed class PostgresMakePlaygroundTokenTests() : MakePlaygroundTokenTests(DatabaseEngine.Postgres);

/// <summary>A token stands for one key, for a while, and for nothing else.</summary>
public abstract class MakePlaygroundTokenTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task A_token_calls_as_its_key_and_the_log_says_so()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var key = await KeyAsync(ann, "laptop");
        var made = await ann.PostAsync("/api/me/playground/token", new JsonObject { ["key_id"] = key.Id });
        made.Status.ShouldBe(HttpStatusCode.Created);
        made.Text("token")!.ShouldStartWith("ahp_");
        made.Body.ShouldNotContain(key.Secret[3..20]);
        made.Message.Headers.CacheControl!.NoStore.ShouldBeTrue();
        foreach (var (path, header) in new[] { ("/v1/chat/completions", "authorization"), ("/v1/messages", "x-api-key") })
        {
            var answer = await CallAsync(path, header, made.Text("token")!);
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        }

        // The same header again, on the same connection: nothing that was remembered of it stands in the way.
        using var program = Hub.Open(made.Text("token"));
        (await program.GetAsync("/v1/models")).Status.ShouldBe(HttpStatusCode.OK);
        (await program.GetAsync("/v1/models")).Status.ShouldBe(HttpStatusCode.OK);

        var id = (await CallAsync("/v1/chat/completions", "authorization", made.Text("token")!)).Message.Headers.GetValues("x-aiohub-request-id").Single();
        RequestId.TryParse(id, out var request).ShouldBeTrue();
        var receipt = default(Core.Metering.Receipt);
        for (var i = 0; i < 200 && receipt is null; i++)
        {
            await Task.Delay(50, ManagedHub.Cancellation);
            receipt = await Core.Metering.RequestLog.FindAsync(Hub.Home.Database, request, ManagedHub.Cancellation);
        }

        (receipt!.Key.Value, receipt.KeyName).ShouldBe((key.Id, "laptop"));
        receipt.UserAgent!.ShouldStartWith("playground");
    }

    [Fact]
    public async Task Nobody_gets_a_token_for_anothers_key_or_for_one_that_is_of_no_use()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var owner = await Hub.OwnerAsync();
        var key = await KeyAsync(ann, "hers");
        var (theirs, nowhere) = (await TokenAsync(owner, key.Id), await TokenAsync(owner, 999_999));
        (theirs.Status, theirs.Text("detail")).ShouldBe((HttpStatusCode.NotFound, nowhere.Text("detail")));
        var tag = (await ann.GetAsync($"/api/me/keys/{key.Id}")).Tag;
        (await ann.PatchAsync($"/api/me/keys/{key.Id}", new JsonObject { ["enabled"] = false }, tag)).Status.ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(ann, key.Id)).Json["errors"]!["key_id"].ShouldNotBeNull();
        (await ann.PostAsync("/api/me/playground/token", new JsonObject())).Json["errors"]!["key_id"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_token_ends_with_its_time_with_its_key_and_with_its_user()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var key = await KeyAsync(ann, "k");
        var now = Hub.Home.Time.GetUtcNow().UtcDateTime;
        var user = Hub.Home.Keys.Find(new ApiKeyId(key.Id))!.Owner;
        var old = Hub.Home.Playground.Make(new ApiKeyId(key.Id), user, now - PlaygroundTokens.Life - TimeSpan.FromSeconds(1)).Token;
        var late = await CallAsync("/v1/chat/completions", "authorization", old);
        (late.Status, (string?)late.Json["error"]!["code"]).ShouldBe((HttpStatusCode.Unauthorized, "playground_token_expired"));
        var token = (await TokenAsync(ann, key.Id)).Text("token")!;
        var tag = (await ann.GetAsync($"/api/me/keys/{key.Id}")).Tag;
        (await ann.PatchAsync($"/api/me/keys/{key.Id}", new JsonObject { ["enabled"] = false }, tag)).Status.ShouldBe(HttpStatusCode.OK);
        (await CallAsync("/v1/chat/completions", "authorization", token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ann.DeleteAsync($"/api/me/keys/{key.Id}", "*")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await CallAsync("/v1/chat/completions", "authorization", token)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        var second = await KeyAsync(ann, "second");
        var other = (await TokenAsync(ann, second.Id)).Text("token")!;
        (await CallAsync("/v1/chat/completions", "authorization", other)).Status.ShouldBe(HttpStatusCode.OK);
        await Hub.Home.Identity.UpdateUserAsync(new UserDraft { Email = "ann@example.com", Enabled = false }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Watch.RefreshAsync(ManagedHub.Cancellation);
        (await CallAsync("/v1/chat/completions", "authorization", other)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Whatever_is_changed_in_a_token_opens_nothing()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var bo = await Hub.JoinAsync("bo@example.com");
        var (key, another) = (await KeyAsync(ann, "k"), await KeyAsync(bo, "k"));
        var token = (await TokenAsync(ann, key.Id)).Text("token")!;
        var bytes = Base64Url.DecodeFromChars(token.AsSpan(4));
        for (var i = 0; i < bytes.Length; i++)
        {
            var forged = (byte[])bytes.Clone();
            forged[i] ^= 1;
            Hub.Home.Playground.Find("ahp_" + Base64Url.EncodeToString(forged)).ShouldBeNull($"byte {i}");
        }

        Hub.Home.Playground.Find(token).ShouldNotBeNull();
        // Another's key, with the MAC as it was; a token that another hub made; and one that this hub made for a key that is not that user's.
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), another.Id);
        (await CallAsync("/v1/chat/completions", "authorization", "ahp_" + Base64Url.EncodeToString(bytes))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var foreign = new PlaygroundTokens(new MasterKey(new byte[MasterKey.Length]), Hub.Home.Keys);
        var user = Hub.Home.Keys.Find(new ApiKeyId(key.Id))!.Owner;
        (await CallAsync("/v1/chat/completions", "authorization", foreign.Make(new ApiKeyId(key.Id), user, Hub.Home.Time.GetUtcNow().UtcDateTime).Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        Hub.Home.Playground.Find(Hub.Home.Playground.Make(new ApiKeyId(another.Id), user, Hub.Home.Time.GetUtcNow().UtcDateTime).Token).ShouldBeNull();
        foreach (var nonsense in new[] { "ahp_", "ahp_x", "ahp_" + new string('A', 200), "ahp_" + new string('*', token.Length - 4), token[..^1], token + "A", token.ToUpperInvariant() })
        {
            Hub.Home.Playground.Find(nonsense).ShouldBeNull(nonsense);
        }

        // It opens models, not the management API.
        using var program = Hub.Open(token);
        (await program.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
    }

    private static async Task<(long Id, string Secret)> KeyAsync(Browser who, string name)
    {
        var made = await who.PostAsync("/api/me/keys", new JsonObject { ["name"] = name, ["groups"] = new JsonArray("auto") });
        return (made.Id, made.Text("secret")!);
    }

    private static Task<Reply> TokenAsync(Browser who, long key) => who.PostAsync("/api/me/playground/token", new JsonObject { ["key_id"] = key });

    private async Task<Reply> CallAsync(string path, string header, string token)
    {
        using var program = new Browser(Hub.Address, null) { Csrf = false };
        return await program.SendAsync(
            HttpMethod.Post, path,
            new JsonObject { ["model"] = "sandbox/echo", ["max_tokens"] = 50, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }) },
            more: request => request.Headers.TryAddWithoutValidation(header, header == "authorization" ? "Bearer " + token : token));
    }
}
