using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Tests.Calls;

/// <summary>What routing is told of a call's client and conversation.</summary>
public sealed class CallQuestionTests
{
    private static readonly ApiKey Key = new() { Id = new ApiKeyId(1), Name = "k", Owner = new UserId(1), OwnerRole = Role.User, Groups = ["auto"] };

    private const string Body = """{"model":"claude","max_tokens":5,"metadata":{"user_id":"{\"session_id\":\"inside\"}"},"messages":[{"role":"user","content":"hi"}]}""";
    private const string Silent = """{"model":"claude","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData(Silent, null, null, null)]
    [InlineData(Silent, "talk", null, "talk")]
    [InlineData(Silent, "talk", "agent-7", "talk/agent-7")]
    [InlineData(Body, null, null, "inside")]
    [InlineData(Body, null, "agent-7", "inside/agent-7")]
    [InlineData(Body, "talk", "agent-7", "talk/agent-7")]
    [InlineData(Silent, null, "agent-7", null)]
    [InlineData(Silent, "talk", "", "talk")]
    public void A_sub_agents_conversation_is_another_than_its_parents(string body, string? session, string? agent, string? expected)
    {
        var headers = new HeaderDictionary();
        if (session is not null)
        {
            headers["x-claude-code-session-id"] = session;
        }

        if (agent is not null)
        {
            headers["x-claude-code-agent-id"] = agent;
        }

        Ask(body, headers).Session.ShouldBe(expected);
    }

    [Theory]
    [InlineData("""["context-1m-2025-08-07"]""", true)]
    [InlineData("""["claude-code-20250219", "context-1m-2099-01-01"]""", true)]
    [InlineData("""["fine-grained-tool-streaming"]""", false)]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    [InlineData("\"context-1m-2025-08-07\"", false)]
    public void A_beta_in_the_body_counts_like_the_header(string betas, bool expected)
    {
        Ask(Silent[..^1] + $",\"anthropic_beta\":{betas}}}", new HeaderDictionary()).PrefersLongContext.ShouldBe(expected);
        Ask(Silent[..^1] + $",\"anthropic_beta\":{betas}}}", new HeaderDictionary { ["anthropic-beta"] = "context-1m-2025-08-07" }).PrefersLongContext.ShouldBeTrue();
    }

    [Fact]
    public void The_client_is_told_whole()
    {
        var agent = "claude-cli/2.1 (external, " + new string('x', 200) + ")";
        Ask(Silent, new HeaderDictionary { ["User-Agent"] = agent }).Client.ShouldBe(agent);
        Ask(Silent, new HeaderDictionary { ["User-Agent"] = "" }).Client.ShouldBeNull();
        new Caller(Key, agent).UserAgent!.Length.ShouldBe(121);
        new Caller(Key, "a\tb").UserAgent.ShouldBe("a?b");
    }

    private static RouteQuestion Ask(string body, HeaderDictionary headers)
    {
        CallQuestion.TryAsk(new AskedCall(Key, "/v1/messages") { Body = System.Text.Encoding.UTF8.GetBytes(body), Headers = headers }, out var question, out var fault).ShouldBeTrue(fault.Message);
        return question!;
    }
}
