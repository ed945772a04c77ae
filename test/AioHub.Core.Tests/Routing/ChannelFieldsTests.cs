using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Core.Tests.Routing;

/// <summary>What forms of channels ask for is what channels take.</summary>
public sealed class ChannelFieldsTests
{
    public static TheoryData<ChannelType> Types => [.. Enum.GetValues<ChannelType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryChoiceAndExampleOfATypeIsTakenByIt(ChannelType type)
    {
        var fields = ChannelFields.Of(type);
        fields.Select(static field => field.Name).ShouldBeUnique();
        foreach (var field in fields)
        {
            field.Hint.ShouldNotBeNullOrWhiteSpace();
            (field.Choices.IsEmpty ? field.Example is not null : field.Example is null).ShouldBeTrue($"{field.Name}: either choices or an example");
            foreach (var value in field.Choices.IsEmpty ? [field.Example!] : field.Choices)
            {
                var problems = new ProblemList();
                ChannelSettings.Check(type, new Dictionary<string, string> { [field.Name] = value }, problems);
                Should.NotThrow(problems.ThrowIfAny, $"{field.Name} = {value}");
            }
        }
    }

    [Theory]
    [InlineData(ChannelType.Bedrock, "region")]
    [InlineData(ChannelType.Bedrock, "api")]
    [InlineData(ChannelType.Azure, "api_version")]
    [InlineData(ChannelType.Vertex, "location")]
    [InlineData(ChannelType.Kiro, "hosts")]
    [InlineData(ChannelType.OpenAi, "cooldown")]
    [InlineData(ChannelType.Codex, "account_usage")]
    public void WhatIsCheckedIsOffered(ChannelType type, string name)
    {
        ChannelFields.Of(type).Select(static field => field.Name).ShouldContain(name);
        var problems = new ProblemList();
        ChannelSettings.Check(type, new Dictionary<string, string> { [name] = "no such thing?" }, problems);
        Should.Throw<AdminException>(problems.ThrowIfAny).Problems[0].Field.ShouldBe("settings." + name);
    }

    [Fact]
    public void TheHubItselfNeedsNoSecretAndOthersHaveOneWayAtLeast()
    {
        foreach (var type in Enum.GetValues<ChannelType>())
        {
            ChannelFields.SecretsOf(type).IsEmpty.ShouldBe(type == ChannelType.Sandbox, $"{type}");
            ChannelFields.SecretsOf(type).ShouldAllBe(static form => form.Optional.All(part => form.Parts.Contains(part)));
        }
    }
}
