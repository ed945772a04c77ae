using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Import.NewApi;

public sealed class MySqlDumpTests
{
    private const string Tables =
        """
        CREATE TABLE `users` (
          `id` bigint NOT NULL AUTO_INCREMENT,
          `username` varchar(191) DEFAULT 'a,b)\'',
          `email` varchar(191) COMMENT 'says `id`, too',
          `quota` bigint DEFAULT '0',
          `deleted_at` datetime(3) DEFAULT NULL,
          PRIMARY KEY (`id`),
          UNIQUE KEY `username` (`username`,`id`)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
        CREATE TABLE `channels` (`id` bigint, `name` longtext, `key` longtext, `auto_ban` bit(1));
        CREATE TABLE IF NOT EXISTS `tokens` (`id` bigint, `user_id` bigint, `key` char(48), `unlimited_quota` tinyint(1));
        CREATE TABLE `options` (`key` varchar(191), `value` longtext);

        """;

    [Fact]
    public void RowsComeByTheColumnsOfTheirTable()
    {
        var content = Read(
            """
            -- MySQL dump 10.13  Distrib 8.4.0, for Linux (x86_64)
            /*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
            DROP TABLE IF EXISTS `users`;
            """ + "\n" + Tables +
            """
            LOCK TABLES `logs` WRITE;
            INSERT INTO `logs` VALUES (1,'it''s; \\\'quoted\\'),(2,"a;b\"c;"),(3,_binary 'x\'y;');
            INSERT INTO `users` VALUES (1,'root','ann@example.com',100,NULL),(2,'O\'Neil; ''x''\n\t\\ \% 中','',-5,'2026-01-02 03:04:05.000');
            INSERT INTO `channels` VALUES (7,'x',0x6B310A6B32,b'0'), (8,_utf8mb4'y', 'k' , b'1');
            INSERT IGNORE INTO `tokens` (`user_id`, `id`, `key`, `unlimited_quota`) VALUES (2,3,"abc",TRUE);
            INSERT INTO `options` VALUES ('GroupRatio','{\"vip\":0.5}');
            -- Dump completed on 2026-11-23 10:00:00
            """);

        content.Users.Length.ShouldBe(2);
        content.Users[0].ShouldBe(new NewApiUser { Id = 1, Username = "root", Email = "ann@example.com", Quota = 100 });
        content.Users[1].Username.ShouldBe("O'Neil; 'x'\n\t\\ \\% 中");
        content.Users[1].Quota.ShouldBe(-5);
        content.Users[1].Deleted.ShouldBeTrue();
        content.Channels.Select(static one => (one.Id, one.Key, one.AutoBan)).ShouldBe([(7L, "k1\nk2", false), (8L, "k", true)]);
        content.Tokens.Single().ShouldBe(new NewApiToken { Id = 3, UserId = 2, Key = "abc", Unlimited = true });
        content.Options["GroupRatio"].ShouldBe("""{"vip":0.5}""");
    }

    [Theory]
    [InlineData("INSERT INTO `users` VALUES (1,'root','a", "line 13", "middle of a statement (INSERT INTO users)")]
    [InlineData("INSERT INTO `logs` VALUES (1,'a');\nINSERT INTO `logs` VALUES (2,", "line 14", "cut off")]
    [InlineData("INSERT INTO `users` VALUES (1,'root','',5);", "line 13", "row 1 of users has 4 values for 5 columns")]
    [InlineData("INSERT INTO `users` VALUES (1,'root','',5 NULL);", "line 13", "')' is missing")]
    [InlineData("INSERT INTO `users` VALUES (1,root,'',5,NULL);", "line 13", "'root' is no value")]
    [InlineData("INSERT INTO `users` VALUES (1,'root','','many',NULL);", "users.quota", "row 1: 'many' is no whole number")]
    [InlineData("INSERT INTO `redemptions` VALUES (1);", "line 13", "before its CREATE TABLE")]
    public void WhatIsWrongIsNamedWithItsPlace(string statement, string place, string why)
    {
        var refused = Should.Throw<AdminException>(() => Read(Tables + statement));
        refused.Message.ShouldContain(place);
        refused.Message.ShouldContain(why);
    }

    [Fact]
    public void ADumpWithoutItsLastLineIsCutOff() =>
        Should.Throw<AdminException>(() => Read("-- MariaDB dump 10.19  Distrib 10.11\n" + Tables)).Message.ShouldContain("'-- Dump completed' is missing");

    [Theory]
    [InlineData("")]
    [InlineData("CREATE TABLE `users` (`id` bigint);")]
    public void AnotherProgramsDumpIsNamed(string text) => Should.Throw<AdminException>(() => Read(text)).Message.ShouldContain("holds no table channels");

    private static NewApiContent Read(string text) => MySqlDump.Read(new StringReader(text.ReplaceLineEndings("\n")));
}
